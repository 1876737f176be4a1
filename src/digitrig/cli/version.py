"""The version of the installed package, read without importing package metadata machinery at start-up."""

from __future__ import annotations


def version() -> str:
    """The version that pip knows, or the one in the package when it runs from a checkout without installation."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    import digitrig

    try:
        return installed("digitrig")
    except PackageNotFoundError:
        return str(getattr(digitrig, "__version__", "0.0.0"))
