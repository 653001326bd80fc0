#pragma once

#include "mettle/http/url.hpp"

#include <sys/socket.h>

#include <string>
#include <vector>

namespace mettle::http {

// Where a URL's host is, resolved once and kept.
struct Address {
    std::string to_string() const;  // "127.0.0.1:8000"
    int family() const { return storage.ss_family; }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }

    sockaddr_storage storage{};
    socklen_t size = 0;
};

// All that the resolver knows, in its order; never empty. May take as long as DNS does.
Result<std::vector<Address>> resolve(const Url& url);

// The first that takes a connection, or the first. For a load, which keeps to one address.
Result<Address> pick_address(const Url& url, int timeout_ms = 1000);

}  // namespace mettle::http
