#include "mettle/report/request_log.hpp"

#include "mettle/base/exit_code.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

namespace mettle::report {

namespace {

constexpr std::size_t kBatchBytes = 256 << 10;

std::string numbered(const std::string& path, int number) {
    return number == 0 ? path : fmt::format("{}.{}", path, number);
}

}  // namespace

RequestLog::RequestLog(Options options)
    : options_(std::move(options)), file_(options_.path, std::ios::binary | std::ios::trunc) {
    if (!file_) throw StartupError(fmt::format("{} cannot be written", options_.path));
    writer_ = std::thread([this] { write_until_finished(); });
}

RequestLog::~RequestLog() {
    finish();
}

void RequestLog::put(const results::RequestRecord& record) {
    batch_ += results::to_json_line(record);
    batch_ += '\n';
    ++batch_lines_;
    if (batch_.size() >= kBatchBytes) flush();
}

void RequestLog::flush() {
    if (batch_.empty()) return;
    const std::uint64_t lines = std::exchange(batch_lines_, 0);
    std::string batch = std::exchange(batch_, {});
    const std::scoped_lock lock(mutex_);
    if (failed_ || waiting_bytes_ + batch.size() > options_.most_waiting_bytes) {
        counts_.dropped += lines;
        return;
    }
    counts_.written += lines;
    waiting_bytes_ += batch.size();
    waiting_.push_back(std::move(batch));
    changed_.notify_one();
}

RequestLog::Counts RequestLog::finish() {
    if (!writer_.joinable()) return counts_;
    flush();
    {
        const std::scoped_lock lock(mutex_);
        finished_ = true;
        changed_.notify_one();
    }
    writer_.join();
    file_.close();
    counts_.failed = failed_ || !file_;
    return counts_;
}

void RequestLog::write_until_finished() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return finished_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        const std::string lines = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        write(lines);
        lock.lock();
        waiting_bytes_ -= lines.size();
        failed_ |= !file_;
    }
}

void RequestLog::write(const std::string& lines) {
    if (size_ > 0 && size_ + lines.size() > options_.rotate_bytes) rotate();
    // Flushed by the batch, so that it can be followed.
    file_ << lines << std::flush;
    size_ += lines.size();
}

void RequestLog::rotate() {
    file_.close();
    std::error_code ignored;  // Those that are not there.
    std::filesystem::remove(numbered(options_.path, options_.kept_files), ignored);
    for (int number = options_.kept_files - 1; number >= 0; --number) {
        std::filesystem::rename(numbered(options_.path, number),
                                numbered(options_.path, number + 1), ignored);
    }
    file_.open(options_.path, std::ios::binary | std::ios::trunc);
    size_ = 0;
}

}  // namespace mettle::report
