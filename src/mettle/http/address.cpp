#include "mettle/http/address.hpp"

#include <fmt/format.h>

#include <netdb.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace mettle::http {

namespace {

bool takes_connection(const Address& address, int timeout_ms) {
    const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    int error = 0;
    if (::connect(fd, address.get(), address.size) != 0) {
        error = errno;
        pollfd wait{fd, POLLOUT, 0};
        if (error == EINPROGRESS && ::poll(&wait, 1, timeout_ms) == 1) {
            socklen_t size = sizeof error;
            ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
        }
    }
    ::close(fd);
    return error == 0;
}

}  // namespace

std::string Address::to_string() const {
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    ::getnameinfo(get(), size, host.data(), host.size(), port.data(), port.size(),
                  NI_NUMERICHOST | NI_NUMERICSERV);
    if (family() == AF_INET6) return fmt::format("[{}]:{}", host.data(), port.data());
    return fmt::format("{}:{}", host.data(), port.data());
}

Result<std::vector<Address>> resolve(const Url& url) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error =
        ::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &found);
    if (error != 0) {
        return fail(Error::Kind::connection_lost,
                    fmt::format("the host '{}' was not found: {}", url.host, gai_strerror(error)));
    }
    std::vector<Address> addresses;
    for (const addrinfo* info = found; info; info = info->ai_next) {
        Address address;
        std::memcpy(&address.storage, info->ai_addr, info->ai_addrlen);
        address.size = info->ai_addrlen;
        addresses.push_back(address);
    }
    ::freeaddrinfo(found);
    return addresses;
}

Result<Address> pick_address(const Url& url, int timeout_ms) {
    const auto addresses = resolve(url);
    if (!addresses) return std::unexpected(addresses.error());
    if (addresses->size() > 1) {
        for (const Address& address : *addresses) {
            if (takes_connection(address, timeout_ms)) return address;
        }
    }
    return addresses->front();
}

}  // namespace mettle::http
