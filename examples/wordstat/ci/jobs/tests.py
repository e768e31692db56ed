"""Runs the tests and writes each of them into the job's Result."""

import argparse
import os
import sys
import time
import unittest

from praktika.result import Result


class Recorder(unittest.TestResult):
    """Keeps a Result for every test."""

    def __init__(self):
        super().__init__()
        self.results = []
        self.began = 0.0

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()

    def keep(self, test, status, info=""):
        print(f"{status:5} {test.id()}")
        result = Result(name=test.id(), status=status, info=info)
        result.duration = time.monotonic() - self.began
        self.results.append(result)

    def addSuccess(self, test):
        self.keep(test, Result.Status.OK)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.keep(test, Result.Status.FAIL, self.failures[-1][1])

    def addError(self, test, error):
        super().addError(test, error)
        self.keep(test, Result.Status.FAIL, self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.keep(test, Result.Status.SKIPPED, reason)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--text", default="plain")
    os.environ["TEXT"] = parser.parse_args().text
    sys.path.insert(0, ".")
    recorder = Recorder()
    unittest.defaultTestLoader.discover("tests").run(recorder)
    Result.create_from(results=recorder.results).complete_job()


if __name__ == "__main__":
    main()
