"""The page: one HTML file that shows a Result tree and needs nothing but a browser.

The room turns a Result into bytes; where they are kept is somebody else's matter. What stands in
the tree was written by jobs, tests and branches, so it is data everywhere: JSON that cannot end
its element, and text nodes in the page. A Content-Security-Policy that knows the page's own script
and style by hash, forbids all requests and forbids making markup of strings, says the same again.
"""

from praktika.report.document import render

__all__ = ["render"]
