"""`python -m perfsite` is `perfsite`."""

from perfsite.door import main

if __name__ == "__main__":
    main()
