"""What goes wrong here, and whose fault it is.

    Fault
    ├── Refused   a run asks for what such machines do not have: its author is told, by its job
    └── Sick      this machine cannot work, another one may

What AWS answers stays an error of botocore, see `aws.AWS_ERRORS`.
"""

from __future__ import annotations


class Fault(Exception):
    """Something that is expected to happen; its text is for people."""


class Refused(Fault):
    """No machine of this kind can do what a run asks for. Never a reason to replace a machine."""


class Sick(Fault):
    """This machine cannot work, and another one may."""
