"""Looking at a site while it is being worked on: built, watched, built again, loaded again.

`rebuilder` builds, keeps what need not be made twice, and builds again; `server` says what a
browser gets for an address, and hands it over; `watcher` hears of changes. The site is answered
from memory, so that a browser gets all of one build or all of another, and so that nothing but the
site can be asked for. Notes on its pages and the script that loads them again are put into the
answers only: the files on the disk are the site.
"""
