"""Utils: the small things that job scripts need, under one name."""

from __future__ import annotations

from typing import Any, NoReturn

from praktika.sdk import names, stopwatch
from praktika.sdk.host import archives, files, machine, processes, text
from praktika.sdk.shell import capture


class Utils:
    """Each member is a function of its own; see there."""

    Stopwatch = stopwatch.Stopwatch
    Tee = capture.Tee

    cpu_count = staticmethod(machine.cpu_count)
    physical_memory = staticmethod(machine.physical_memory)
    is_arm = staticmethod(machine.is_arm)
    is_amd = staticmethod(machine.is_amd)
    is_mac = staticmethod(machine.is_mac)
    cwd = staticmethod(machine.cwd)
    absolute_path = staticmethod(machine.absolute_path)
    sleep = staticmethod(machine.sleep)
    timestamp = staticmethod(machine.timestamp)
    timestamp_to_str = staticmethod(machine.timestamp_to_str)
    set_env = staticmethod(machine.set_env)
    add_to_PATH = staticmethod(machine.add_to_path)  # noqa: N815 - the vocabulary's name

    print_formatted_error = staticmethod(text.print_formatted_error)
    raise_with_error = staticmethod(text.raise_with_error)
    exit_with_error = staticmethod(text.exit_with_error)
    to_base64 = staticmethod(text.to_base64)
    from_base64 = staticmethod(text.from_base64)
    is_hex = staticmethod(text.is_hex)
    normalize_string = staticmethod(names.normalize_string)

    traverse_path = staticmethod(files.traverse_path)
    traverse_paths = staticmethod(files.traverse_paths)
    link = staticmethod(files.link)
    clean_dir = staticmethod(files.clean_dir)

    compress_zst = staticmethod(archives.compress_zst)
    compress_gz = staticmethod(archives.compress_gz)
    compress_files_gz = staticmethod(archives.compress_files_gz)
    compress_file = staticmethod(archives.compress_file)
    decompress_file = staticmethod(archives.decompress_file)

    terminate_process = staticmethod(processes.terminate_process)
    terminate_process_group = staticmethod(processes.terminate_process_group)
    is_killed_with_oom = staticmethod(processes.is_killed_with_oom)
    clear_dmesg = staticmethod(processes.clear_dmesg)

    @staticmethod
    def encrypt(*_arguments: Any, **_options: Any) -> NoReturn:
        """Not available yet.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError(
            "Utils.encrypt is not part of this release; run the program you encrypt with by Shell"
        )
