#include "mettle/serving/model_route.hpp"

#include "mettle/base/steady_now.hpp"
#include "mettle/http/content_coding.hpp"
#include "mettle/serving/compression.hpp"
#include "mettle/serving/flight_recorder.hpp"
#include "mettle/serving/server_timing.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

namespace mettle {

namespace net = boost::asio;

namespace {

// By the key that it shows, else by its address.
std::uint64_t client_of(const http::Exchange& exchange) {
    std::string_view who = exchange.request.header("x-api-key");
    if (who.empty()) who = exchange.request.header("authorization");
    if (who.empty()) who = exchange.client;
    if (who.empty()) {
        const std::string_view peer = exchange.peer;
        who = peer.substr(0, peer.rfind(':'));
    }
    return std::hash<std::string_view>()(who);
}

constexpr std::string_view kTimeoutHeader = "x-request-timeout-ms";

// Nothing where the request does not say.
Result<TimePoint> deadline_of(const http::Request& request) {
    const std::string_view text = request.header(kTimeoutHeader);
    if (text.empty()) return TimePoint::max();
    std::uint32_t ms = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
    if (error != std::errc() || end != text.data() + text.size() || ms == 0)
        return fail(Error::Kind::invalid_input,
                    fmt::format("{}: '{}' is not a whole number of milliseconds from 1 to {}",
                                kTimeoutHeader, text.substr(0, 40), UINT32_MAX));
    return request.received + std::chrono::milliseconds(ms);
}

void count(const HttpCall& call, const Result<void>& outcome, TimePoint written,
           std::string_view request_id) {
    ModelStats& stats = call.model->stats();
    const std::int64_t total_ns = (written - call.received).count();
    const std::size_t bucket = stats.request_time.record(total_ns);
    stats.request_exemplars.offer(bucket, total_ns, request_id, written);
    if (!outcome) {
        stats.fail.add(total_ns);
        const auto kind = outcome.error().kind;
        const bool refused = kind == Error::Kind::unavailable || kind == Error::Kind::too_many ||
                             kind == Error::Kind::timed_out;
        if (refused) return;  // Counted where it was refused.
        const bool own_fault = kind == Error::Kind::internal;
        (own_fault                        ? stats.failed_internal
         : kind == Error::Kind::cancelled ? stats.failed_cancelled
                                          : stats.failed_invalid)
            .add();
        return;
    }
    stats.success.add(total_ns);
    stats.parse.add((call.parsed - call.received).count());
    stats.queue.add((call.started - call.parsed).count());
    stats.infer.add((call.finished - call.started).count());
    stats.write.add((written - call.finished).count());
    stats.queue_time.record((call.started - call.parsed).count());
    stats.batch_time.record((call.started - call.chosen).count());
    stats.infer_time.record((call.finished - call.started).count());
    stats.write_time.record((written - call.finished).count());
    stats.batch_sizes.add_call(call.batch_rows, (call.parsed - call.received + call.pre).count(),
                               (written - call.finished).count());
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    stats.last_inference_ms.store(
        std::chrono::duration_cast<std::chrono::milliseconds>(wall).count(),
        std::memory_order_relaxed);
}

}  // namespace

void add_retry_after(http::Response& response, int retry_after_ms) {
    if (retry_after_ms <= 0) return;
    response.add_header("Retry-After", fmt::to_string((retry_after_ms + 999) / 1000));
    response.add_header("retry-after-ms", fmt::to_string(retry_after_ms));
}

void Dialect::refuse_call(HttpCall& call, const Error& error) const {
    refuse(call.exchange->response, error, call.retry_after_ms);
}

// Calls that are not in use. They hold no model: a slab is the model's own, and goes with it.
class ModelRoute::Pool {
public:
    explicit Pool(ModelRoute& route) : route_(route) {}

    HttpCall* take() {
        {
            const std::lock_guard lock(mutex_);
            if (!free_.empty()) {
                HttpCall* call = free_.back().release();
                free_.pop_back();
                return call;
            }
        }
        auto* call = new HttpCall(route_);
        call->question = route_.dialect_->make_question();
        return call;
    }

    void give_back(HttpCall* call) {
        std::unique_ptr<HttpCall> owned(call);
        owned->model->give_back(std::move(owned->slab));
        owned->model.reset();
        owned->exchange.reset();
        if (owned->decoded.capacity() > kMostKeptBody) std::string().swap(owned->decoded);
        const std::lock_guard lock(mutex_);
        if (free_.size() < kMostKept) free_.push_back(std::move(owned));
    }

private:
    static constexpr std::size_t kMostKept = 256;
    static constexpr std::size_t kMostKeptBody = 1 << 20;
    ModelRoute& route_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<HttpCall>> free_;
};

// The short calls of one turn of the event loop: all that were readable are parsed, then run, a
// model's together, then answered. Nothing waits for more to come; but a run of sixteen rows takes
// little longer than a run of one.
class ModelRoute::Turn {
public:
    static Turn& here() {
        thread_local Turn turn;
        return turn;
    }

    void add(HttpCall& call) {
        call.model->stats().in_flight.fetch_add(1, std::memory_order_relaxed);
        calls_.push_back(&call);
        if (calls_.size() == 1) net::post(call.exchange->io(), [this] { run(); });
    }

private:
    void run() {
        running_.swap(calls_);
        const TimePoint chosen = steady_now();
        for (InferenceCall* call : running_) call->chosen = chosen;
        for (std::span<InferenceCall*> left(running_); !left.empty();) {
            ServedModel& model = model_of(left.front());
            const auto others = std::partition(left.begin(), left.end(), [&](InferenceCall* call) {
                return &model_of(call) == &model;
            });
            run(model, {left.begin(), others});
            left = {others, left.end()};
        }
        for (InferenceCall* call : running_) {
            auto& its = static_cast<HttpCall&>(*call);
            its.route.answer(its, its.outcome);
        }
        running_.clear();
    }

    static void run(ServedModel& model, std::span<InferenceCall*> calls) {
        model.run_here(calls);
        model.stats().in_flight.fetch_sub(static_cast<std::int64_t>(calls.size()),
                                          std::memory_order_relaxed);
    }

    static ServedModel& model_of(InferenceCall* call) {
        return *static_cast<HttpCall*>(call)->model;
    }

    std::vector<InferenceCall*> calls_;
    std::vector<InferenceCall*> running_;
};

// What workers have done for one I/O thread and it has not answered yet. Thirty answers of one run
// cost one wake-up, and on a busy core the thread is not switched to for each of them.
class ModelRoute::Answers final : public ResultBox, public std::enable_shared_from_this<Answers> {
public:
    static const std::shared_ptr<Answers>& here() {
        thread_local const auto answers = std::make_shared<Answers>();
        return answers;
    }

    void put(std::span<InferenceCall* const> calls) override {
        net::io_context& io = static_cast<HttpCall*>(calls.front())->exchange->io();
        bool first = false;
        {
            const std::lock_guard lock(mutex_);
            first = ready_.empty();
            ready_.insert(ready_.end(), calls.begin(), calls.end());
        }
        if (first) net::post(io, [self = shared_from_this()] { self->send(); });
    }

private:
    void send() {
        {
            const std::lock_guard lock(mutex_);
            sending_.swap(ready_);
        }
        for (InferenceCall* call : sending_) {
            auto& its = static_cast<HttpCall&>(*call);
            its.route.answer(its, its.outcome);
        }
        sending_.clear();
    }

    std::mutex mutex_;
    std::vector<InferenceCall*> ready_;
    std::vector<InferenceCall*> sending_;  // The thread's own.
};

ModelRoute::ModelRoute(std::unique_ptr<Dialect> dialect, const RouteOptions& options)
    : dialect_(std::move(dialect)), options_(options), pool_(std::make_unique<Pool>(*this)) {}
ModelRoute::~ModelRoute() = default;

void ModelRoute::handle(http::Exchange& exchange, std::shared_ptr<ServedModel> model) {
    HttpCall* call = pool_->take();
    call->slab = model->take_slab();
    call->model = std::move(model);
    call->exchange = exchange.hold();
    call->io_thread = std::this_thread::get_id();
    call->received = exchange.request.received;
    call->rows = call->batch_rows = 1;
    call->priority = 0;
    call->deadline = TimePoint::max();
    call->client = 0;
    call->pre = call->post = {};
    call->run_id = 0;
    call->queued_before = options_.recorder ? call->model->queued() : 0;  // Takes a lock.
    call->finished = {};
    call->retry_after_ms = 0;
    call->place.by_slo = false;

    const auto read = let_in_and_read(*call);
    call->parsed = steady_now();
    if (read && call->model->runs_inline(*call)) return Turn::here().add(*call);
    if (read) {
        const auto held = call->model;  // A call that has been submitted may be over at once.
        call->box = Answers::here();
        call->exchange->watch(*call);
        return held->submit(*call);
    }
    call->chosen = call->started = call->finished = call->parsed;
    answer(*call, read);
}

Result<void> ModelRoute::decode_body(HttpCall& call) const {
    http::Request& request = call.exchange->request;
    const std::string_view coding = request.header("content-encoding");
    if (coding.empty() || coding == "identity") return {};
    auto decoded =
        http::decode_content(coding, request.body, options_.most_decoded_bytes, call.decoded);
    if (decoded) request.body = call.decoded;
    return decoded;
}

// What an overloaded model would refuse is not read first. A lane that is inline asks nobody.
Result<void> ModelRoute::let_in_and_read(HttpCall& call) const {
    const auto deadline = deadline_of(call.exchange->request);
    if (!deadline) return std::unexpected(deadline.error());
    call.deadline = *deadline;
    if (call.model->has_queue()) {
        call.client = client_of(*call.exchange);
        if (auto let_in = call.model->knock(call); !let_in) return let_in;
    }
    if (auto decoded = decode_body(call); !decoded) return decoded;
    if (auto read = dialect_->read(call); !read) return read;
    if (call.deadline != TimePoint::max() && call.deadline <= steady_now() && !call.place.by_slo) {
        call.model->stats().expired.add();
        return fail(Error::Kind::timed_out, "the request's deadline passed before it was read");
    }
    return {};
}

void HttpCall::on_result(Result<void> given) {
    if (std::this_thread::get_id() == io_thread) return route.answer(*this, given);
    outcome = std::move(given);
    InferenceCall* alone = this;
    std::shared_ptr(box)->put({&alone, 1});  // Who answers may drop the call's own hold of it.
}

void ModelRoute::answer(HttpCall& call, const Result<void>& outcome) {
    http::Response& response = call.exchange->response;
    Result<void> encoded = outcome;
    if (encoded) encoded = dialect_->write(call, response);
    if (encoded) compress(call.exchange->request, response);
    if (!encoded) {
        response.clear();
        dialect_->refuse_call(call, encoded.error());
    }
    const TimePoint written = steady_now();
    add_server_timing(response, call, written);
    const std::string_view request_id =
        add_request_id(response, call.exchange->request.header("x-request-id"));
    count(call, encoded, written, request_id);
    if (options_.recorder)
        options_.recorder->note(call, request_id, call.model->name(), call.model->version(),
                                call.exchange->request.path, response.status, written);
    const auto held = std::move(call.exchange);
    pool_->give_back(&call);
    held->send();
}

}  // namespace mettle
