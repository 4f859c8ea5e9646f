"""Looking at a site while it is being worked on: built, watched, built again, loaded again.

`workshop` builds and keeps what need not be made twice, `board` holds what is shown, `answers` says
what a browser gets for an address, `server` hands it over, `watching` hears of changes, and
`working` puts them together. The site is answered from memory, so that a browser gets all of one
build or all of another, and so that nothing but the site can be asked for. Notes on its pages and
the script that loads them again are put into the answers only: the files on the disk are the site.
"""

from perfsite.serve.answers import Answers
from perfsite.serve.board import Board, Shown
from perfsite.serve.server import make_server
from perfsite.serve.watching import Changes, watch_folders
from perfsite.serve.working import keep_building, serve_work
from perfsite.serve.workshop import Order, Workshop

__all__ = [
    "Answers",
    "Board",
    "Changes",
    "Order",
    "Shown",
    "Workshop",
    "keep_building",
    "make_server",
    "serve_work",
    "watch_folders",
]
