#!/bin/sh
set -eu
grep -q price build/api.txt
grep -q sells build/api.txt
