"""Reading from disk: the data folder, its editions, the theme. Bytes in, nothing understood yet."""

from perfsite.load.data import (
    CONFIG,
    REGISTER,
    RETRACTIONS,
    Data,
    load_config,
    load_data,
    load_site_file,
    load_source,
)
from perfsite.load.editions import load_editions, with_editions
from perfsite.load.theme import TOKENS, load_theme

__all__ = [
    "CONFIG",
    "REGISTER",
    "RETRACTIONS",
    "TOKENS",
    "Data",
    "load_config",
    "load_data",
    "load_editions",
    "load_site_file",
    "load_source",
    "load_theme",
    "with_editions",
]
