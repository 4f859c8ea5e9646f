"""perfsite: a static site generator for public-service performance dashboards."""

__version__ = "0.1.0"
