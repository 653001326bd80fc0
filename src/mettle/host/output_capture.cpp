#include "mettle/host/output_capture.hpp"

#include <sys/eventfd.h>

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace mettle::host {

OutputCapture::OutputCapture(int read_end, std::size_t limit)
    : pipe_(read_end),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      limit_(limit),
      thread_([this] { read_all(); }) {}

OutputCapture::~OutputCapture() {
    ::eventfd_write(stop_, 1);
    thread_.join();
    ::close(stop_);
    ::close(pipe_);
}

void OutputCapture::read_all() {
    std::array<char, 4096> buffer{};
    while (true) {
        std::array<pollfd, 2> wait = {pollfd{pipe_, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
        if (::poll(wait.data(), wait.size(), -1) < 0 && errno != EINTR) break;
        if (wait[1].revents != 0) break;
        if (wait[0].revents == 0) continue;
        const auto count = ::read(pipe_, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        append({buffer.data(), static_cast<std::size_t>(count)});
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
}

void OutputCapture::append(std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    last_read_ = std::chrono::steady_clock::now();
    text_ += bytes.substr(0, std::min(bytes.size(), limit_ - text_.size()));
    changed_.notify_all();
}

std::optional<TimePoint> OutputCapture::wait_for(std::string_view text, Duration timeout) {
    std::unique_lock lock(mutex_);
    bool found = false;
    changed_.wait_for(lock, timeout, [&] {
        found = text_.find(text) != std::string::npos;
        return found || ended_;
    });
    if (!found) return {};
    return last_read_;
}

std::string OutputCapture::text() const {
    const std::lock_guard lock(mutex_);
    return text_;
}

}  // namespace mettle::host
