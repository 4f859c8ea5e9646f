"""What all that touches a disk has in common: how bytes come to stay, and whose a folder is.

Nothing here knows what a site, an edition or a package is.
"""
