#pragma once

// A server of a test's own on a loopback port: what happens on each connection is a function. For
// tests of clients.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace mettle::http {

// One accepted connection, blocking.
class PlantedConnection {
public:
    explicit PlantedConnection(int fd) : fd_(fd) {}

    // Up to the end of the next request's head; "" when the client has gone. Bodies are not looked
    // at: tests send none, or short ones that come with the head.
    std::string read_request() {
        std::string text;
        char block[4096];
        while (text.find("\r\n\r\n") == std::string::npos) {
            const ssize_t count = ::recv(fd_, block, sizeof block, 0);
            if (count <= 0) return "";
            text.append(block, static_cast<std::size_t>(count));
        }
        return text;
    }
    // So many, or what there is until the client goes.
    std::string read_bytes(std::size_t size) {
        std::string bytes(size, 0);
        const ssize_t count = ::recv(fd_, bytes.data(), size, MSG_WAITALL);
        bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        return bytes;
    }
    bool send(std::string_view bytes) {
        return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(bytes.size());
    }
    // Closes so that the client gets a reset.
    void reset() {
        const linger hard{1, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    }
    // Until the client closes.
    void wait_for_client() {
        char byte;
        while (::recv(fd_, &byte, 1, 0) > 0) {
        }
    }
    // As ::close() does for the peer, at once: what it sends from now on is answered with a reset.
    void hang_up() { ::shutdown(fd_, SHUT_RDWR); }
    void shut_down_sending() { ::shutdown(fd_, SHUT_WR); }

private:
    int fd_;
};

class PlantedServer {
public:
    using Serve = std::function<void(PlantedConnection&)>;

    explicit PlantedServer(Serve serve, int family = AF_INET) : serve_(std::move(serve)) {
        listener_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_storage address{};
        address.ss_family = static_cast<sa_family_t>(family);
        socklen_t size = family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
        if (family == AF_INET6) {
            reinterpret_cast<sockaddr_in6&>(address).sin6_addr = in6addr_loopback;
        } else {
            reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        }
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0) return;
        ::listen(listener_, 1024);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        // The port is in the same place for both families.
        port_ = ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);
        acceptor_ = std::thread([this] { accept(); });
    }

    ~PlantedServer() {
        stopping_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        if (acceptor_.joinable()) acceptor_.join();
        ::close(listener_);
        {
            const std::scoped_lock lock(mutex_);
            for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
        }
        for (std::thread& thread : threads_) thread.join();
    }

    // Connections that are open stay; new ones are refused.
    void stop_accepting() {
        stopping_ = true;
        ::shutdown(listener_, SHUT_RDWR);
    }

    bool ok() const { return port_ != 0; }  // False where the machine has no such family.
    std::uint16_t port() const { return port_; }
    int accepted() const { return accepted_; }

private:
    void accept() {
        while (!stopping_) {
            const int fd = ::accept(listener_, nullptr, nullptr);
            if (fd < 0) break;
            ++accepted_;
            const std::scoped_lock lock(mutex_);
            open_.push_back(fd);
            threads_.emplace_back([this, fd] {
                PlantedConnection connection(fd);
                serve_(connection);
                const std::scoped_lock done(mutex_);
                std::erase(open_, fd);
                ::close(fd);
            });
        }
    }

    Serve serve_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_ = false;
    std::atomic<int> accepted_ = 0;
    std::mutex mutex_;
    std::vector<int> open_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

inline constexpr std::string_view kPlantedOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// Answers every request of a connection with the same bytes.
inline PlantedServer::Serve always(std::string_view answer) {
    return [answer](PlantedConnection& connection) {
        while (!connection.read_request().empty() && connection.send(answer)) {
        }
    };
}

}  // namespace mettle::http
