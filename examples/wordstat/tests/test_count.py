"""Tests of the counting, and of the built program with the text that TEXT names."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

from wordstat.count import count

TEXT = Path(__file__).parent / "texts" / (os.environ.get("TEXT", "plain") + ".txt")
PROGRAM = Path(os.environ.get("PROGRAM", "ci/tmp/wordstat.pyz"))


class Counting(unittest.TestCase):
    def test_nothing(self):
        self.assertEqual(count([]).words, 0)

    def test_words_are_compared_without_case(self):
        self.assertEqual(count(["Tea tea TEA"]).frequent, (("tea", 3),))

    def test_an_apostrophe_does_not_split_a_word(self):
        self.assertEqual(count(["don't"]).words, 1)

    def test_equal_counts_are_listed_alphabetically(self):
        self.assertEqual([word for word, _ in count(["b a c"]).frequent], ["a", "b", "c"])


class Program(unittest.TestCase):
    def run_program(self, *arguments):
        command = [sys.executable, str(PROGRAM), *arguments]
        return subprocess.run(command, capture_output=True, check=True).stdout.decode()

    def test_it_counts_the_lines_of_a_file(self):
        lines = TEXT.read_text(encoding="utf-8").splitlines()
        self.assertTrue(self.run_program(str(TEXT)).startswith(f"{len(lines)} lines,"))

    def test_it_lists_at_most_five_words(self):
        self.assertLessEqual(len(self.run_program(str(TEXT)).splitlines()), 6)


if __name__ == "__main__":
    unittest.main()
