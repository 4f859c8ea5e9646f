"""Looking at a site while it is being worked on: built, watched, built again, loaded again.

`rebuilder` builds and keeps what need not be made twice, `state` holds what is shown, `router` says
what a browser gets for an address, `server` hands it over, `watcher` hears of changes, and
`loop` puts them together. The site is answered from memory, so that a browser gets all of one
build or all of another, and so that nothing but the site can be asked for. Notes on its pages and
the script that loads them again are put into the answers only: the files on the disk are the site.
"""

from perfsite.serve.rebuilder import BuildOrder, Rebuilder, keep_building, serve_work
from perfsite.serve.server import Router, ServerState, Shown, make_server
from perfsite.serve.watcher import ChangeSignal, watch_folders

__all__ = [
    "BuildOrder",
    "ChangeSignal",
    "Rebuilder",
    "Router",
    "ServerState",
    "Shown",
    "keep_building",
    "make_server",
    "serve_work",
    "watch_folders",
]
