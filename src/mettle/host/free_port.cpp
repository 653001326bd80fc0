#include "mettle/host/free_port.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <unistd.h>

#include <random>

namespace mettle::host {
namespace {

class Socket {
public:
    Socket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() {
        if (fd_ >= 0) ::close(fd_);
    }
    int fd() const { return fd_; }

private:
    int fd_;
};

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

// Below the range from which the kernel takes ports of outgoing connections, so that none of those
// takes it before the command does.
constexpr int kFirst = 20'000, kLast = 32'767;
constexpr int kTries = 200;

bool can_be_bound(std::uint16_t port) {
    const Socket socket;
    const sockaddr_in address = loopback(port);
    return socket.fd() >= 0 &&
           ::bind(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

Result<std::uint16_t> free_port() {
    std::random_device random;
    std::uniform_int_distribution<int> ports(kFirst, kLast);
    for (int turn = 0; turn < kTries; ++turn) {
        const auto port = static_cast<std::uint16_t>(ports(random));
        if (can_be_bound(port)) return port;
    }
    return fail(Error::Kind::unavailable,
                fmt::format("no port of 127.0.0.1 from {} to {} seems to be free", kFirst, kLast));
}

bool is_listening(std::uint16_t port) {
    const Socket socket;
    const sockaddr_in address = loopback(port);
    if (socket.fd() < 0 ||
        ::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return false;
    // The kernel may give the connection the very port as its own: then it has reached itself.
    sockaddr_in own{};
    socklen_t size = sizeof own;
    ::getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&own), &size);
    return own.sin_port != address.sin_port;
}

}  // namespace mettle::host
