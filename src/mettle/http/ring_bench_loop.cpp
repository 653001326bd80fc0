#include "mettle/http/ring_bench_loop.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace mettle::http::ring_bench {

void check(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

double Tally::p50_us() const {
    auto known = latencies_;
    known.resize(std::min<std::size_t>(requests_, known.size()));
    if (known.empty()) return 0;
    const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
    std::ranges::nth_element(known, middle);
    return *middle / 1e3;
}

Connection::Connection(const Target& target)
    : fd_(::socket(target.address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    check(fd_ >= 0, "socket");
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    check(::connect(fd_, target.address.get(), target.address.size) == 0, "connect");
}

Connection::~Connection() {
    ::close(fd_);
}

bool Connection::take(std::size_t count, const Target& target, Tally& tally) {
    filled_ += count;
    const void* end = ::memmem(answer_.data(), filled_, "\r\n\r\n", 4);
    if (!end) return need_room();
    const auto head = static_cast<const char*>(end) - answer_.data();
    const std::size_t whole = static_cast<std::size_t>(head) + 4 + target.content;
    if (filled_ < whole) return need_room();
    if (filled_ > whole || !std::string_view(answer_).starts_with(target.begin_of_answer))
        throw std::runtime_error("an answer is not as the first one was");
    filled_ = 0;
    tally.add(clock_ns() - sent_ns_);
    return true;
}

bool Connection::need_room() const {
    if (room_size() == 0) throw std::runtime_error("an answer is too large");
    return false;
}

std::vector<std::unique_ptr<Connection>> connect_all(const Target& target) {
    std::vector<std::unique_ptr<Connection>> connections;
    for (std::size_t i = 0; i < target.connections; ++i)
        connections.push_back(std::make_unique<Connection>(target));
    return connections;
}

void send_whole(int fd, std::string_view bytes) {
    const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    check(count == static_cast<ssize_t>(bytes.size()), "send of the whole request");
}

}  // namespace mettle::http::ring_bench
