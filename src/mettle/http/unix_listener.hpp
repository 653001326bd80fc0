#pragma once

#include <sys/types.h>

#include <string>

namespace mettle::http {

struct UnixSocketOptions {
    std::string path;  // Empty: none.
    mode_t mode = 0666;
};

// A listening Unix socket and its file, which goes with it.
class UnixListener {
public:
    // Takes the place of a socket that nobody listens on any more. Throws StartupError when
    // somebody does, when the path is another kind of file, or too long (107 bytes).
    explicit UnixListener(const UnixSocketOptions& options);
    ~UnixListener();
    UnixListener(const UnixListener&) = delete;

    // The caller's own descriptor of it.
    int duplicate() const;

private:
    std::string path_;
    int descriptor_ = -1;
};

}  // namespace mettle::http
