#pragma once

#include "mettle/inference/model_library.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace mettle {

// Triton's three ways of deciding what is loaded: all that was there at the start; what is there,
// looked at again and again; or what somebody asks for.
enum class ModelControl { none, poll, on_request };

// The thread that loads models, beside those that answer: requests to load, looks at the folders,
// and the end of old versions. Everything about a ModelLibrary happens on it, one thing at a time.
class RepositoryKeeper {
public:
    struct Options {
        ModelLibrary::Options library;
        ModelControl control = ModelControl::none;
        Duration poll_interval = std::chrono::seconds(15);
        std::vector<std::string> load_at_start;  // With on_request; "*": all.
    };
    using Done = std::function<void(Result<void>)>;

    RepositoryKeeper(Options options, ModelFactory& factory, ModelRepository& repository);
    ~RepositoryKeeper();

    // Loads what is to be there from the start, on this thread, then begins its own. Throws
    // StartupError for a source that is none, and, unless a later look may find it mended, for a
    // model that can't be served.
    void start();
    // Waits for a load that is under way; those that wait get `unavailable`.
    void stop();

    // `done` is called once, on the keeper's thread or on this one. At most 64 wait: `unavailable`.
    // `unsupported` without ModelControl::on_request.
    void load(std::string name, std::string override_json, Done done);
    void unload(std::string name, Done done);
    void prefer(std::string name, std::string version, Done done);

    ModelControl control() const { return options_.control; }

private:
    struct Job {
        std::function<Result<void>()> work;
        Done done;
    };
    static constexpr std::size_t kMostJobs = 64;

    Result<void> begin();
    void submit(std::function<Result<void>()> work, Done done);
    void want(const std::string& name);
    void run();
    TimePoint next_turn() const;

    Options options_;
    ModelRepository& repository_;
    ModelLibrary library_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> jobs_;
    std::set<std::string> wanted_;  // Evicted, and asked for.
    bool stopping_ = false;
    TimePoint next_look_ = TimePoint::max();
    std::size_t draining_ = 0;
    std::thread thread_;
};

}  // namespace mettle
