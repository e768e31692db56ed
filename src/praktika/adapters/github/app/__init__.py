"""The app that praktika is on GitHub, and the tokens that it gets there."""

from praktika.adapters.github.app.signer import Signer
from praktika.adapters.github.app.tokens import App, AppTokens

__all__ = ["App", "AppTokens", "Signer"]
