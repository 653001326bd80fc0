#pragma once

// Load scenarios in C++, written as a locustfile is:
//
//   class Shopper : public mettle::User {
//   public:
//       static void describe(mettle::UserType<Shopper>& type) {
//           type.weight(3).wait("1s..3s");
//           type.task("browse", &Shopper::browse, 3).task("buy", &Shopper::buy);
//       }
//       mettle::Flow<> on_start() override { co_await client.post("/login", {.json =
//       R"({"u":1})"}); } mettle::Flow<> browse() { co_await client.get("/items"); } mettle::Flow<>
//       buy() {
//           const auto& answer = co_await client.post("/orders", {.json = R"({"item":7})"});
//           if (!answer.body().contains("id")) answer.fail("an order without an id");
//       }
//   };
//   int main(int argc, char** argv) {
//       return mettle::cli::load_main(argc, argv, {mettle::user<Shopper>()});
//   }
//
// Each user is an object of its own that lives on one worker thread; nothing in it blocks. An
// answer and its views are valid until the next co_await, and until then it may be judged:
// answer.fail() is what Locust's catch_response is for. An exception out of a task ends that task
// and is counted, as Locust does; StopUser ends the user.

#include "mettle/base/units.hpp"
#include "mettle/http/client.hpp"
#include "mettle/load/random.hpp"
#include "mettle/load/wait_time.hpp"
#include "mettle/protocols/event_limits.hpp"
#include "mettle/scenario/flow.hpp"

#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mettle {

namespace scenario {
class UserBehaviour;
}
class User;

// Of a stream of server-sent events: {.count = 10, .until = "[DONE]", .length = 2s}.
using EventLimits = protocols::EventLimits;

struct StopUser {};        // Thrown: this user leaves, after its on_stop().
struct RescheduleTask {};  // Thrown: this task is over, and no failure.

// What came back. Views and judgement are good until the next co_await.
class Answer {
public:
    int status() const { return status_; }  // 0: none came.
    // Of a WebSocket the status is 101.
    bool ok() const {
        return ((status_ >= 200 && status_ < 400) || status_ == 101) && error_.empty();
    }
    // Decoded. Of a stream of events: the data of the last one.
    std::string_view body() const { return body_; }
    std::uint64_t events() const { return events_; }  // Of a stream: so many came.
    std::string_view header(std::string_view name) const;
    std::string_view error() const { return error_; }  // Why none came, or none of the protocol.
    Duration elapsed() const { return elapsed_; }      // From the send.
    // The value at a JSON pointer ("/items/0/id"), a string as it is and anything else as JSON.
    std::optional<std::string> json(std::string_view pointer) const;

    // Counts this request as failed, or as right whatever its status.
    void fail(std::string_view why) const;
    void succeed() const;

private:
    friend class scenario::UserBehaviour;
    int status_ = 0;
    std::string_view head_, body_, error_;
    Duration elapsed_{};
    std::uint64_t events_ = 0;
    scenario::UserBehaviour* judge_ = nullptr;
};

struct RequestOptions {
    std::string_view name = {};  // In the statistics; else the target as given.
    std::string_view json = {};  // A body of that type.
    std::string_view body = {};
    std::string_view content_type = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
    Duration timeout = Duration::zero();  // Zero: --timeout.
    bool follow_redirects = true;
    // The answer is a stream of events, read until this: {} is to its end. With a length that is
    // the request's timeout, too. The run's metrics tell of `events`, `first_event`, `inter_event`.
    std::optional<EventLimits> sse = {};
};

// A request to be awaited at once: it keeps views of what it was given.
struct PendingRequest {
    enum class Use : std::uint8_t { http, open_socket, say, close_socket };

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting);
    const Answer& await_resume() const;

    scenario::UserBehaviour& behaviour;
    std::string_view method;
    std::string_view target;
    RequestOptions options;
    Use use = Use::http;
    std::uint32_t messages = 1;
    bool binary = false;
};

struct MessageOptions {
    std::string_view name = "message";  // In the statistics.
    std::uint32_t messages = 1;         // To wait for; 0: it is enough that ours is sent.
    bool binary = false;
    Duration timeout = Duration::zero();  // Zero: --timeout.
};

struct PendingSleep {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting);
    void await_resume() const {}

    scenario::UserBehaviour& behaviour;
    Duration length;
};

class UserClient {
public:
    explicit UserClient(User& user) : user_(user) {}

    // `target` is a path behind the target's URL, or an absolute URL of one of the load's hosts.
    PendingRequest get(std::string_view target, RequestOptions options = {});
    PendingRequest post(std::string_view target, RequestOptions options = {});
    PendingRequest put(std::string_view target, RequestOptions options = {});
    PendingRequest patch(std::string_view target, RequestOptions options = {});
    PendingRequest del(std::string_view target, RequestOptions options = {});
    PendingRequest head(std::string_view target, RequestOptions options = {});
    PendingRequest request(std::string_view method, std::string_view target,
                           RequestOptions options = {});

    // A WebSocket, of which a user has one at a time. Each of these is a request of the statistics
    // with the method WS: the handshake; a message and the answers to it (the Answer's body is the
    // last); the goodbye. With an empty message only answers are waited for.
    PendingRequest open_socket(std::string_view target, RequestOptions options = {});
    PendingRequest say(std::string_view message, MessageOptions options = {});
    PendingRequest close_socket();

    // Headers of all further requests of this user.
    http::HeaderList& headers();
    std::string_view cookie(std::string_view name) const;
    void set_cookie(std::string name, std::string value);

private:
    User& user_;
};

// A part of a task that is timed as one, from here to the end of its scope. It counts as failed
// when a request within it did; not at all when the user was sent away meanwhile.
class [[nodiscard]] Group {
public:
    Group(scenario::UserBehaviour& behaviour, std::string_view name);
    ~Group();
    Group(const Group&) = delete;
    Group& operator=(const Group&) = delete;
    void fail() { failed_ = true; }

private:
    scenario::UserBehaviour& behaviour_;
    std::uint32_t task_;
    std::int64_t began_ns_;
    std::uint64_t failures_before_;
    bool failed_ = false;
};

class User {
public:
    User();
    virtual ~User();
    User(const User&) = delete;
    User& operator=(const User&) = delete;

    virtual Flow<> on_start() { co_return; }
    virtual Flow<> on_stop() { co_return; }

protected:
    // For tasks:
    UserClient client{*this};
    PendingSleep sleep(Duration length);
    PendingSleep wait();  // As long as between tasks.
    Group group(std::string_view name);
    // Own metrics; they are in the result, and can be used in --fail-if.
    void count(std::string_view metric, double amount = 1);
    void rate(std::string_view metric, bool hit);
    void trend(std::string_view metric, double value, std::string_view unit = {});

    std::uint64_t number() const;  // Of this user, among all of the run.
    load::Random& random();        // Seeded by --seed and the number.

private:
    friend class scenario::UserBehaviour;
    friend class UserClient;
    scenario::UserBehaviour* behaviour_ = nullptr;
};

namespace scenario {

struct UserTask {
    std::string name;
    double weight = 1;
    std::vector<std::string> tags;
    std::function<Flow<>(User&)> run;
};

// A user class as the engine sees it.
struct UserKind {
    std::string name;
    double weight = 1;
    int fixed_count = 0;
    load::WaitTime wait;
    std::function<Duration(User&)> own_wait;  // Instead of `wait`, where there is one.
    bool sequential = false;                  // Tasks in order instead of by weight.
    // Where not empty: moves[i][j] is the weight of task j after task i; the first task begins.
    std::vector<std::vector<double>> moves;
    std::vector<UserTask> tasks;
    std::function<std::unique_ptr<User>()> make;
};

}  // namespace scenario

// Describes a class of users. Throws std::invalid_argument where what it is told makes no sense.
template <typename T>
class UserType {
public:
    explicit UserType(std::string name) {
        kind_.name = std::move(name);
        kind_.make = [] { return std::make_unique<T>(); };
    }

    UserType& weight(double weight) {
        kind_.weight = weight;
        return *this;
    }
    UserType& fixed_count(int count) {
        kind_.fixed_count = count;
        return *this;
    }
    // "1s", "1s..3s", "pacing:1s", "throughput:2", "exp:1s"
    UserType& wait(std::string_view text);
    // As the user says itself, after each task.
    UserType& wait(Duration (T::*next)()) {
        kind_.own_wait = [next](User& user) { return (static_cast<T&>(user).*next)(); };
        return *this;
    }
    UserType& task(std::string name, Flow<> (T::*run)(), double weight = 1,
                   std::vector<std::string> tags = {}) {
        kind_.tasks.push_back({std::move(name), weight, std::move(tags),
                               [run](User& user) { return (static_cast<T&>(user).*run)(); }});
        return *this;
    }
    UserType& sequential() {
        kind_.sequential = true;
        return *this;
    }
    // Markov chain: after task `from` comes task `to` with that weight. Both are declared before.
    UserType& transition(std::string_view from, std::string_view to, double weight = 1);

    const scenario::UserKind& kind() const { return kind_; }

private:
    scenario::UserKind kind_;
};

namespace scenario {
load::WaitTime wait_or_throw(std::string_view text);
void add_transition(UserKind& kind, std::string_view from, std::string_view to, double weight);
std::string class_name(std::string_view pretty_function);
}  // namespace scenario

template <typename T>
UserType<T>& UserType<T>::wait(std::string_view text) {
    kind_.wait = scenario::wait_or_throw(text);
    return *this;
}
template <typename T>
UserType<T>& UserType<T>::transition(std::string_view from, std::string_view to, double weight) {
    scenario::add_transition(kind_, from, to, weight);
    return *this;
}

// The class T, as T::describe() tells; its name is the class's unless given.
template <typename T>
scenario::UserKind user(std::string name = {}) {
    if (name.empty()) name = scenario::class_name(__PRETTY_FUNCTION__);
    UserType<T> type(std::move(name));
    T::describe(type);
    return type.kind();
}

}  // namespace mettle
