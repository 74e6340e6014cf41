#!/bin/sh
# Chromium on a machine of the laboratory. Playwright starts it by way of browser.mjs.
exec ip netns exec "$SHARESYNC_LAB_MACHINE" "$SHARESYNC_LAB_CHROMIUM" "$@"
