#!/bin/sh
set -eu
cat build/api.txt build/web.txt | grep -c price
