"""The blueprint all residents' pages hang on; apart, so that a journey imports it and not its siblings."""

from flask import Blueprint

blueprint = Blueprint("resident", __name__)
