#include "mettle/load/attempt_record.hpp"

#include "mettle/load/names.hpp"
#include "mettle/load/outcome_names.hpp"
#include "mettle/load/server_phases.hpp"

#include <algorithm>

namespace mettle::load {

namespace {

bool slower(const AttemptRecord& left, const AttemptRecord& right) {
    return left.latency_ns() > right.latency_ns();
}

void put_phases(const AttemptRecord& record, results::RequestRecord& words) {
    using results::Phase;
    words.phases_ns.fill(-1);
    const auto put = [&](Phase phase, std::int64_t ns) {
        words.phases_ns[static_cast<std::size_t>(phase)] = ns;
    };
    const auto put_units = [&](Phase phase, std::int64_t units) { put(phase, units * 100); };
    const std::int64_t at_server_ns = 100 * for_each_server_phase(record.server, put_units);
    if (record.sent_ns == 0) return;
    put(Phase::send_lag,
        std::max<std::int64_t>(0, record.sent_ns - record.connect_ns - record.due_ns));
    if (record.connect_ns > 0) put(Phase::connect, record.connect_ns);
    if (record.send_end_ns > 0) put(Phase::send, record.send_end_ns - record.sent_ns);
    if (record.first_byte_ns == 0) return;
    const std::int64_t sent_ns = std::max(record.sent_ns, record.send_end_ns);
    put(Phase::network, std::max<std::int64_t>(0, record.first_byte_ns - sent_ns - at_server_ns));
    put(Phase::receive, std::max<std::int64_t>(0, record.done_ns - record.first_byte_ns));
}

}  // namespace

AttemptRecord record_of(const Attempt& attempt) {
    return {attempt.task,        attempt.payload,        attempt.due_ns,  attempt.sent_ns,
            attempt.send_end_ns, attempt.first_byte_ns,  attempt.done_ns, attempt.connect_ns,
            attempt.bytes_sent,  attempt.bytes_received, attempt.server,  attempt.status,
            attempt.outcome,     attempt.detail};
}

results::RequestRecord in_words(const AttemptRecord& record, const Names& names,
                                std::int64_t start_ns) {
    const auto moment = [&](std::int64_t ns) { return ns == 0 ? -1 : ns - start_ns; };
    const TaskName& task = names.task_at(record.task);
    results::RequestRecord words;
    words.task = task.name;
    words.method = task.method;
    words.payload = record.payload;
    words.due_ns = record.due_ns - start_ns;
    words.sent_ns = moment(record.sent_ns);
    words.first_byte_ns = moment(record.first_byte_ns);
    words.done_ns = record.done_ns - start_ns;
    put_phases(record, words);
    words.status = record.status;
    words.outcome = name_of(record.outcome);
    words.detail = record.detail;
    words.bytes_sent = record.bytes_sent;
    words.bytes_received = record.bytes_received;
    return words;
}

Slowest::Slowest(std::size_t most) : most_(most), least_ns_(most == 0 ? INT64_MAX : -1) {
    heap_.reserve(most);
}

void Slowest::keep(const AttemptRecord& record) {
    if (heap_.size() == most_) {
        std::ranges::pop_heap(heap_, slower);
        heap_.back() = record;
    } else {
        heap_.push_back(record);
    }
    std::ranges::push_heap(heap_, slower);
    if (heap_.size() == most_) least_ns_ = heap_.front().latency_ns();
}

std::vector<AttemptRecord> Slowest::sorted() const {
    std::vector<AttemptRecord> records = heap_;
    std::ranges::sort(records, slower);
    return records;
}

}  // namespace mettle::load
