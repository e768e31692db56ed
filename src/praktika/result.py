"""The face `praktika.result`; the Result itself is in `praktika.sdk.result`."""

from praktika.sdk.names import result_path
from praktika.sdk.result.result import Result
from praktika.sdk.result.status import GHStatus, Label, Status

__all__ = ["GHStatus", "Label", "Result", "Status", "result_path"]
