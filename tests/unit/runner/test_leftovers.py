"""What a user has mounted."""

from __future__ import annotations

from praktika.runner.user.leftovers import mounts_of

TABLE = r"""22 1 259:1 / / rw,relatime shared:1 - ext4 /dev/root rw,discard
90 22 0:51 / /work/a\040b rw,nosuid - fuse.sshfs x@y:/ rw,user_id=1234,group_id=1234
91 22 0:52 / /work/other rw,nosuid shared:2 master:1 - fuse.sshfs x rw,user_id=12345,group_id=1
92 90 0:53 / /work/a\040b/in rw - fuse none rw,user_id=1234,group_id=1234,default_permissions
93 22 0:54 / /tmp rw - tmpfs user_id=1234 rw,size=1g
"""


def test_security_17_what_a_user_has_mounted_is_known_the_innermost_first():
    assert mounts_of(1234, TABLE) == ["/work/a b/in", "/work/a b"]
    assert mounts_of(1, TABLE) == []
    assert mounts_of(1234, "") == []
