__all__ = ["_odd"]


def _odd():
    pass
