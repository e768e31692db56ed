"""An operator's wish for new machines reaches the controller by a tag."""

from praktika.ports.cloud import machines
from praktika_controller.machine.notices import LEAVE, Notice, Notices


class Metadata:
    """What a machine is told."""

    is_real = False

    def __init__(self, **said):
        self.said = said

    def get(self, path):
        return self.said.get(path.rpartition("/")[2])


def notice(**said):
    notices = Notices(Metadata(**said))
    notices.look()
    return notices.notice


def test_the_tag_asks_the_machine_to_leave_and_what_aws_says_comes_first():
    assert notice() is Notice.NONE
    assert notice(**{LEAVE: "yes"}) is Notice.ASKED
    assert notice(**{LEAVE: "yes", "rebalance": "{}"}) is Notice.REBALANCE
    assert notice(**{LEAVE: "yes", "instance-action": "{}"}) is Notice.INTERRUPTION


def test_both_sides_call_the_tag_the_same():
    assert LEAVE == machines.LEAVE
