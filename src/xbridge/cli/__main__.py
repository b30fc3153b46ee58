"""``python -m xbridge.cli`` is the ``xbridge`` command."""

from xbridge.cli import main

if __name__ == "__main__":
    main()
