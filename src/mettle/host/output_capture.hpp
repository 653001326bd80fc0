#pragma once

#include "mettle/base/units.hpp"

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace mettle::host {

// Reads a pipe on a thread of its own and keeps the first `limit` bytes. Ends when every writer has
// closed the pipe, or with the destructor, since a grandchild that went its own way may hold it.
class OutputCapture {
public:
    OutputCapture(int read_end, std::size_t limit);  // Owns read_end.
    ~OutputCapture();
    OutputCapture(OutputCapture&&) = delete;

    std::optional<TimePoint> wait_for(std::string_view text, Duration timeout);
    std::string text() const;

private:
    void read_all();
    void append(std::string_view bytes);

    const int pipe_;
    const int stop_;  // An eventfd that ends the thread.
    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::string text_;
    TimePoint last_read_;
    bool ended_ = false;
    std::jthread thread_;  // Last: it uses all of the above.
};

}  // namespace mettle::host
