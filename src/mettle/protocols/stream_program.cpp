#include "mettle/protocols/stream_program.hpp"

#include "mettle/protocols/task.hpp"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace mettle::protocols {

namespace {

using load::Attempt;
using load::Next;

constexpr std::size_t kMostTasks = 1'000;

// Makes lines into requests, on the stream's thread.
class Maker {
public:
    Maker(const StreamSetup& setup, std::shared_ptr<load::Names> names)
        : name_(setup.stream->name()),
          target_(setup.target),
          headers_(setup.headers),
          http_(setup.http),
          names_(std::move(names)) {}

    Result<StreamedRequest> operator()(RequestLine line) {
        if (auto ours = complete_line(line, target_, headers_, name_); !ours)
            return std::unexpected(ours.error());
        known_.emplace(line.name, line.request.method);
        const bool fits = known_.size() <= kMostTasks;
        if (!fits) known_.erase({line.name, line.request.method});
        const std::uint32_t task = fits ? names_->task(line.name, line.request.method)
                                        : names_->task("(other)", line.request.method);
        return StreamedRequest{wire_bytes(target_, line.request, http_),
                               line.request.method == "HEAD", task};
    }

private:
    std::string name_;
    http::Url target_;
    http::HeaderList headers_;
    HttpOptions http_;
    std::shared_ptr<load::Names> names_;
    std::set<std::pair<std::string, std::string>> known_;
};

// Of the users of one worker.
struct Crowd {
    std::shared_ptr<RequestStream> stream;
    load::WaitTime wait;
    std::int64_t idle = 0;  // Users that wait for a request.
};

class Streamer final : public load::Behaviour {
public:
    explicit Streamer(std::shared_ptr<Crowd> crowd) : crowd_(std::move(crowd)) {}
    ~Streamer() override { set_idle(false); }

    Next next(Attempt& attempt, std::int64_t /*now_ns*/) override {
        if (left_) return Next::gone();
        if (requested_) {
            requested_ = false;
            return Next::end(crowd_->wait);
        }
        switch (crowd_->stream->take(request_)) {
            case RequestStream::Take::over:
                return Next::over();
            case RequestStream::Take::not_yet:
                set_idle(true);
                // Asked 50,000 times a second at most, however many wait.
                return Next::not_yet(1'000'000 + crowd_->idle * 20'000);
            case RequestStream::Take::taken:
                break;
        }
        set_idle(false);
        requested_ = true;
        made_ = {};
        made_.bytes = request_.bytes;
        made_.is_head = request_.is_head;
        attempt.made = &made_;
        attempt.task = request_.task;
        return Next::request();
    }
    void arrive(std::uint64_t /*number*/) override {}
    void leave() override { left_ = true; }

private:
    void set_idle(bool idle) {
        crowd_->idle += static_cast<int>(idle) - static_cast<int>(idle_);
        idle_ = idle;
    }

    std::shared_ptr<Crowd> crowd_;
    StreamedRequest request_;
    load::MadeRequest made_;
    bool requested_ = false;
    bool idle_ = false;
    bool left_ = false;
};

class StreamerFactory final : public load::BehaviourFactory {
public:
    explicit StreamerFactory(Crowd crowd) : crowd_(std::make_shared<Crowd>(std::move(crowd))) {}
    std::unique_ptr<load::Behaviour> make(const load::UserPlace& /*place*/) override {
        return std::make_unique<Streamer>(crowd_);
    }

private:
    std::shared_ptr<Crowd> crowd_;
};

class StreamProgram final : public load::Program {
public:
    explicit StreamProgram(Crowd crowd) : crowd_(std::move(crowd)) {}
    const std::vector<load::UserClass>& classes() const override { return classes_; }
    std::unique_ptr<load::BehaviourFactory> make(load::Recorder& /*recorder*/,
                                                 int /*worker*/) const override {
        return std::make_unique<StreamerFactory>(crowd_);
    }

private:
    Crowd crowd_;
    std::vector<load::UserClass> classes_{load::UserClass{"User", 1, 0}};
};

}  // namespace

std::shared_ptr<const load::Program> make_stream_program(StreamSetup setup,
                                                         std::shared_ptr<load::Names> names) {
    setup.stream->start(Maker(setup, std::move(names)));
    return std::make_shared<StreamProgram>(Crowd{std::move(setup.stream), setup.wait});
}

}  // namespace mettle::protocols
