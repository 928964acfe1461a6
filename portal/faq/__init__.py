"""The public face: choosing a language, the first page, the Ministry's questions and answers, help."""

from portal.faq.views import blueprint

__all__ = ["blueprint"]
