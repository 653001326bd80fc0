#include "mettle/serving/v2/infer_route.hpp"

#include "mettle/app/percent.hpp"
#include "mettle/serving/server_timing.hpp"
#include "mettle/serving/v2/infer_request.hpp"
#include "mettle/serving/v2/infer_response.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <span>
#include <thread>
#include <unordered_map>

namespace mettle::v2 {

namespace net = boost::asio;

namespace {

TimePoint now() {
    return std::chrono::steady_clock::now();
}

constexpr int kRetryAfterMs = 100;

}  // namespace

int status_of(Error::Kind kind) {
    switch (kind) {
        case Error::Kind::invalid_input:
        case Error::Kind::protocol_violation:
            return 400;
        case Error::Kind::not_found:
            return 404;
        case Error::Kind::too_large:
            return 413;
        case Error::Kind::unsupported:
            return 501;
        case Error::Kind::unavailable:
        case Error::Kind::cancelled:
            return 503;
        case Error::Kind::timed_out:
            return 504;
        case Error::Kind::connection_lost:
        case Error::Kind::internal:
            break;
    }
    return 500;
}

void answer_error(http::Response& response, const Error& error, int retry_after_ms) {
    response.status = status_of(error.kind);
    response.content_type = "application/json";
    response.body = app::error_body(error.message);
    if (retry_after_ms > 0) {
        response.add_header("Retry-After", fmt::to_string((retry_after_ms + 999) / 1000));
        response.add_header("retry-after-ms", fmt::to_string(retry_after_ms));
    }
}

ServedModel* find_model(const ModelRepository& repository, app::Context& context) {
    std::string decoded;
    const std::string_view name = app::percent_decoded(context.params[0], decoded);
    const std::string_view version =
        context.params.size() > 1 ? context.params[1] : std::string_view();
    ServedModel* model = repository.find(name, version);
    if (model) return model;
    const bool is_number =
        std::ranges::all_of(version, [](char digit) { return digit >= '0' && digit <= '9'; });
    if (!is_number) {
        answer_error(context.response(),
                     {Error::Kind::invalid_input,
                      fmt::format("model version '{}' is not a whole number", version)});
    } else if (version.empty() || !repository.find(name)) {
        answer_error(context.response(),
                     {Error::Kind::not_found,
                      fmt::format("Request for unknown model: '{}' is not found", name)});
    } else {
        answer_error(context.response(),
                     {Error::Kind::not_found,
                      fmt::format("Request for unknown model: '{}' version {} is not found", name,
                                  version)});
    }
    return nullptr;
}

// One request on its way through a model. Answers on the connection's thread.
struct InferRoute::Call final : InferenceCall {
    Call(ServedModel& served, Pool& owner) : model(served), pool(owner) {
        slab = served.model().make_slab();
    }

    void on_result(Result<void> given) override;
    void answer(const Result<void>& result);
    void count(const Result<void>& result, TimePoint written);

    ServedModel& model;
    Pool& pool;
    InferRequest request;
    std::shared_ptr<http::Exchange> exchange;
    std::thread::id io_thread;
};

// Calls that are not in use, by model.
class InferRoute::Pool {
public:
    Call* take(ServedModel& model) {
        {
            const std::lock_guard lock(mutex_);
            auto& calls = free_[&model];
            if (!calls.empty()) {
                Call* call = calls.back().release();
                calls.pop_back();
                return call;
            }
        }
        return new Call(model, *this);
    }

    void give_back(Call* call) {
        std::unique_ptr<Call> owned(call);
        owned->exchange.reset();
        const std::lock_guard lock(mutex_);
        auto& calls = free_[&owned->model];
        const bool small = owned->slab->bytes() <= kMostKeptBytes;
        if (small && calls.size() < kMostKept) calls.push_back(std::move(owned));
    }

private:
    // Beyond these a call is freed: it holds the memory of the largest run that it had.
    static constexpr std::size_t kMostKept = 64;
    static constexpr std::size_t kMostKeptBytes = 1 << 20;
    std::mutex mutex_;
    std::unordered_map<ServedModel*, std::vector<std::unique_ptr<Call>>> free_;
};

// The short calls of one turn of the event loop: all that were readable are parsed, then run, a
// model's together, then answered. Nothing waits for more to come; but a run of sixteen rows takes
// little longer than a run of one.
class InferRoute::Turn {
public:
    static Turn& here() {
        thread_local Turn turn;
        return turn;
    }

    void add(Call& call) {
        call.model.stats().in_flight.fetch_add(1, std::memory_order_relaxed);
        calls_.push_back(&call);
        if (calls_.size() == 1) net::post(call.exchange->io(), [this] { run(); });
    }

private:
    void run() {
        running_.swap(calls_);
        const TimePoint chosen = now();
        for (InferenceCall* call : running_) call->chosen = chosen;
        for (std::span<InferenceCall*> left(running_); !left.empty();) {
            ServedModel& model = model_of(left.front());
            const auto others = std::partition(left.begin(), left.end(), [&](InferenceCall* call) {
                return &model_of(call) == &model;
            });
            run(model, {left.begin(), others});
            left = {others, left.end()};
        }
        for (InferenceCall* call : running_) static_cast<Call*>(call)->answer(call->outcome);
        running_.clear();
    }

    static void run(ServedModel& model, std::span<InferenceCall*> calls) {
        model.run_here(calls);
        model.stats().in_flight.fetch_sub(static_cast<std::int64_t>(calls.size()),
                                          std::memory_order_relaxed);
    }

    static ServedModel& model_of(InferenceCall* call) { return static_cast<Call*>(call)->model; }

    std::vector<InferenceCall*> calls_;
    std::vector<InferenceCall*> running_;
};

InferRoute::InferRoute(const ModelRepository& repository)
    : repository_(repository), pool_(std::make_unique<Pool>()) {}
InferRoute::~InferRoute() = default;

void InferRoute::handle(app::Context& context) {
    http::Exchange& exchange = context.exchange;
    ServedModel* model = find_model(repository_, context);
    if (!model) return exchange.send();

    thread_local InferRequestParser parser;
    Call* call = pool_->take(*model);
    call->exchange = exchange.hold();
    call->io_thread = std::this_thread::get_id();
    call->received = exchange.request.received;

    const std::string_view encoding = exchange.request.header("content-encoding");
    auto json_size = parse_json_size(exchange.request.header("inference-header-content-length"),
                                     exchange.request.body.size());
    Result<void> parsed;
    if (!encoding.empty() && encoding != "identity") {
        parsed = fail(Error::Kind::unsupported,
                      fmt::format("Content-Encoding '{}' is not taken here: send the body as it is",
                                  encoding));
    } else if (!json_size) {
        parsed = std::unexpected(json_size.error());
    } else {
        parsed = parser.parse(exchange.request.body, *json_size, model->signature(), *call->slab,
                              call->request);
    }
    call->parsed = now();
    call->rows = call->request.rows;
    if (parsed && model->runs_inline(*call)) return Turn::here().add(*call);
    if (parsed) return model->submit(*call);
    call->chosen = call->started = call->finished = call->parsed;
    call->answer(parsed);
}

void InferRoute::Call::on_result(Result<void> given) {
    if (std::this_thread::get_id() == io_thread) return answer(given);
    outcome = std::move(given);
    net::post(exchange->io(), [this] { answer(outcome); });
}

void InferRoute::Call::answer(const Result<void>& outcome) {
    http::Response& response = exchange->response;
    Result<void> encoded = outcome;
    if (encoded) encoded = encode_response(model, request, *slab, response);
    if (!encoded) {
        response.clear();
        answer_error(response, encoded.error(),
                     encoded.error().kind == Error::Kind::unavailable ? kRetryAfterMs : 0);
    }
    const TimePoint written = now();
    add_server_timing(response, *this, written);
    add_request_id(response, exchange->request.header("x-request-id"));
    count(encoded, written);
    const auto held = std::move(exchange);
    pool.give_back(this);
    held->send();
}

void InferRoute::Call::count(const Result<void>& outcome, TimePoint written) {
    ModelStats& stats = model.stats();
    const std::int64_t total_ns = (written - received).count();
    stats.request_time.record(total_ns);
    if (!outcome) {
        stats.fail.add(total_ns);
        const auto kind = outcome.error().kind;
        if (kind == Error::Kind::unavailable) return;  // Counted where it was refused.
        const bool own_fault = kind == Error::Kind::internal;
        (own_fault                        ? stats.failed_internal
         : kind == Error::Kind::cancelled ? stats.failed_cancelled
                                          : stats.failed_invalid)
            .add();
        return;
    }
    stats.success.add(total_ns);
    stats.parse.add((parsed - received).count());
    stats.queue.add((started - parsed).count());
    stats.infer.add((finished - started).count());
    stats.write.add((written - finished).count());
    stats.queue_time.record((started - parsed).count());
    stats.infer_time.record((finished - started).count());
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    stats.last_inference_ms.store(
        std::chrono::duration_cast<std::chrono::milliseconds>(wall).count(),
        std::memory_order_relaxed);
}

}  // namespace mettle::v2
