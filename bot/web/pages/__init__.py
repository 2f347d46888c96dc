"""HTML pages for people. They need no script and load nothing from other servers."""
