#!/bin/sh
# Build the api from its own text and the library.
set -eu
mkdir -p build
cat lib/price.txt api/text.txt > build/api.txt
