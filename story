tests/verify/frame.test: line 110: /rankle-verify: No such file or directory
