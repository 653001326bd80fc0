#include "mettle/protocols/request_stream.hpp"

#include "mettle/base/assert.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace mettle::protocols {

RequestStream::RequestStream(int fd, std::string name)
    : fd_(fd), stop_(::eventfd(0, EFD_CLOEXEC)), name_(std::move(name)) {
    METTLE_ASSERT(stop_ >= 0);
}

RequestStream::~RequestStream() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    const std::uint64_t one = 1;
    static_cast<void>(::write(stop_, &one, sizeof one));
    if (thread_.joinable()) thread_.join();
    ::close(stop_);
}

// False at the end, or when it is to stop.
bool RequestStream::read_more() {
    constexpr std::size_t kBlock = 64 * 1024;
    pollfd ready[] = {{fd_, POLLIN, 0}, {stop_, POLLIN, 0}};
    for (;;) {
        if (::poll(ready, 2, -1) < 0 && errno == EINTR) continue;
        if (ready[1].revents != 0) return false;
        const std::size_t size = unread_.size();
        unread_.resize(size + kBlock);
        const ssize_t count = ::read(fd_, unread_.data() + size, kBlock);
        unread_.resize(size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        return count > 0;
    }
}

// The next line that says something; nothing at the end.
std::optional<Result<RequestLine>> RequestStream::next_line() {
    for (;;) {
        auto end = unread_.find('\n', read_to_);
        while (end == std::string::npos && !at_end_) {
            unread_.erase(0, std::exchange(read_to_, 0));
            if (unread_.size() > kLongestLine)
                return fail(Error::Kind::too_large,
                            fmt::format("{}:{}: the line is longer than 64 MiB", name_, line_ + 1));
            const std::size_t looked_at = unread_.size();
            at_end_ = !read_more();
            end = unread_.find('\n', looked_at);
        }
        if (end == std::string::npos) end = unread_.size();
        if (read_to_ >= unread_.size()) return {};
        const std::string_view line = std::string_view(unread_).substr(read_to_, end - read_to_);
        read_to_ = std::min(end + 1, unread_.size());
        ++line_;
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        auto parsed = parse_request_line(line, name_, line_);
        if (!parsed) return std::unexpected(parsed.error());
        return std::move(*parsed);
    }
}

Result<std::reference_wrapper<const RequestLine>> RequestStream::first() {
    if (!first_) {
        auto line = next_line();
        if (!line) return fail(Error::Kind::invalid_input, fmt::format("{} is empty", name_));
        if (!*line) return std::unexpected(line->error());
        first_ = std::move(**line);
    }
    return std::cref(*first_);
}

void RequestStream::start(Make make) {
    METTLE_ASSERT(first_ && !thread_.joinable());
    make_ = std::move(make);
    thread_ = std::thread([this] { run(); });
}

void RequestStream::run() {
    if (!put(make_(*first_))) return;
    for (;;) {
        auto line = next_line();
        if (!line) return end({});
        if (!*line) return end(line->error().message);
        if (!put(make_(std::move(**line)))) return;
    }
}

// Waits for room. False when that was the last.
bool RequestStream::put(Result<StreamedRequest> made) {
    if (!made) {
        end(made.error().message);
        return false;
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] {
        return stopping_ || (waiting_.size() < kMostWaiting && waiting_bytes_ < kMostWaitingBytes);
    });
    if (stopping_) return false;
    waiting_bytes_ += made->bytes.size();
    waiting_.push_back(std::move(*made));
    return true;
}

void RequestStream::end(std::string mistake) {
    const std::scoped_lock lock(mutex_);
    over_ = true;
    mistake_ = std::move(mistake);
}

RequestStream::Take RequestStream::take(StreamedRequest& request) {
    {
        const std::scoped_lock lock(mutex_);
        if (waiting_.empty()) return over_ ? Take::over : Take::not_yet;
        std::swap(request, waiting_.front());
        waiting_.pop_front();
        waiting_bytes_ -= request.bytes.size();
    }
    changed_.notify_all();
    return Take::taken;
}

std::string RequestStream::mistake() const {
    const std::scoped_lock lock(mutex_);
    return mistake_;
}

}  // namespace mettle::protocols
