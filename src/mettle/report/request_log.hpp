#pragma once

// A file of requests, a JSON object a line (results::to_json_line()), that may be split into files
// of a size. put() only copies into memory: a thread of its own writes, so that a slow disk holds
// up nobody. What comes faster than it can be written is left out and counted.

#include "mettle/results/request_record.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>

namespace mettle::report {

class RequestLog {
public:
    struct Options {
        std::string path;
        std::uint64_t rotate_bytes = UINT64_MAX;  // Then PATH becomes PATH.1, PATH.1 PATH.2, ...
        int kept_files = 10;                      // Older ones than that are removed.
        std::size_t most_waiting_bytes = std::size_t{64} << 20;
    };

    // Throws StartupError when the file cannot be written.
    explicit RequestLog(Options options);
    ~RequestLog();
    RequestLog(RequestLog&&) = delete;

    void put(const results::RequestRecord& record);
    // What was put so far is written soon.
    void flush();

    struct Counts {
        std::uint64_t written = 0;
        std::uint64_t dropped = 0;
        bool failed = false;  // The disk is full, or gone.
    };
    // Writes what waits and closes the file; put() is over.
    Counts finish();

private:
    void write_until_finished();
    void write(const std::string& lines);
    void rotate();

    Options options_;
    std::string batch_;  // Of the caller's thread.
    std::uint64_t batch_lines_ = 0;
    Counts counts_;
    std::uint64_t size_ = 0;
    std::ofstream file_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> waiting_;
    std::size_t waiting_bytes_ = 0;
    bool finished_ = false;
    bool failed_ = false;
    std::thread writer_;
};

}  // namespace mettle::report
