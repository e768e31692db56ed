#!/bin/sh
set -eu
grep -q price build/web.txt
grep -q sells build/web.txt
