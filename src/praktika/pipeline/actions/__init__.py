"""Workflows as files for GitHub Actions: the compatible way, without a praktika server.

`files` is the way in. One GitHub job runs a whole workflow with `praktika run`, on one machine, so
that needs, artifacts, retries and the report are praktika's own. Nothing that a pull request or a
person says is ever part of a shell line: it comes in environment variables. Names of the author's
are data, too.
"""
