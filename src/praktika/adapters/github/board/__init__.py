"""What is shown on GitHub."""

from praktika.adapters.github.board.github import GitHubBoard

__all__ = ["GitHubBoard"]
