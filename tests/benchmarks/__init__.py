"""Timings against a limit measured in the same run: `make bench`.

Machines differ and so do their quiet hours, so no figure stands alone: each is compared with the best that could be had here
and now for the same work (a bare view, the same statements by the driver), in pairs whose order alternates.
"""
