#include "mettle/http/unix_listener.hpp"

#include "mettle/base/exit_code.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace mettle::http {

namespace {

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw StartupError(fmt::format("the path of a Unix socket has at most {} bytes, not {}: {}",
                                       sizeof address.sun_path - 1, path.size(), path));
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

int make_socket() {
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        throw StartupError(fmt::format("no Unix socket could be made: {}", std::strerror(errno)));
    return descriptor;
}

const sockaddr* as_sockaddr(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

bool somebody_listens(const sockaddr_un& address) {
    const int descriptor = make_socket();
    const bool connected = ::connect(descriptor, as_sockaddr(address), sizeof address) == 0;
    const int error = errno;
    ::close(descriptor);
    return connected || error != ECONNREFUSED;
}

// A server that was killed leaves its socket's file behind.
void remove_stale(const std::string& path, const sockaddr_un& address) {
    struct stat found{};
    if (::lstat(path.c_str(), &found) != 0) return;
    if (!S_ISSOCK(found.st_mode))
        throw StartupError(
            fmt::format("{} is there and no socket: choose another path with --uds", path));
    if (somebody_listens(address))
        throw StartupError(fmt::format(
            "the socket {} is taken by a running program; choose another path with --uds", path));
    ::unlink(path.c_str());
}

}  // namespace

UnixListener::UnixListener(const UnixSocketOptions& options) : path_(options.path) {
    const sockaddr_un address = address_of(path_);
    remove_stale(path_, address);
    descriptor_ = make_socket();
    // Nobody can connect before listen(), so the mode is in force from the start.
    const bool listens = ::bind(descriptor_, as_sockaddr(address), sizeof address) == 0 &&
                         ::chmod(path_.c_str(), options.mode) == 0 &&
                         ::listen(descriptor_, SOMAXCONN) == 0;
    if (listens) return;
    const int error = errno;
    ::close(descriptor_);
    throw StartupError(
        fmt::format("can't listen on the socket {}: {}", path_, std::strerror(error)));
}

UnixListener::~UnixListener() {
    ::unlink(path_.c_str());
    ::close(descriptor_);
}

int UnixListener::duplicate() const {
    return ::fcntl(descriptor_, F_DUPFD_CLOEXEC, 0);
}

}  // namespace mettle::http
