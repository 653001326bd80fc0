#include "mettle/inference/repository_keeper.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/base/steady_now.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle {

namespace {

// Only who will not look again needs models at once.
ModelLibrary::Options with_emptiness(const RepositoryKeeper::Options& options) {
    ModelLibrary::Options library = options.library;
    library.may_be_empty = options.control != ModelControl::none;
    return library;
}

// How often an old version is looked at while somebody still uses it.
constexpr Duration kDrainTurn = std::chrono::milliseconds(20);

}  // namespace

RepositoryKeeper::RepositoryKeeper(Options options, ModelFactory& factory,
                                   ModelRepository& repository)
    : options_(std::move(options)),
      repository_(repository),
      library_(with_emptiness(options_), factory, repository) {}

RepositoryKeeper::~RepositoryKeeper() {
    stop();
}

void RepositoryKeeper::start() {
    library_.be_quiet(true);
    if (const auto begun = begin(); !begun) throw StartupError(begun.error().message);
    library_.be_quiet(false);
    if (options_.control == ModelControl::poll) next_look_ = steady_now() + options_.poll_interval;
    draining_ = library_.drop_drained();
    repository_.on_wanted([this](const std::string& name) { want(name); });
    thread_ = std::thread([this] { run(); });
}

Result<void> RepositoryKeeper::begin() {
    using OnFailure = ModelLibrary::OnFailure;
    if (auto looked = library_.look(); !looked) return looked;
    const auto& first = options_.load_at_start;
    switch (options_.control) {
        case ModelControl::none:
            return library_.load_all(OnFailure::stop);
        case ModelControl::poll:
            // What fails is in the log and in the index, until its files change.
            (void)library_.load_all(OnFailure::go_on);
            return {};
        case ModelControl::on_request:
            break;
    }
    if (std::ranges::find(first, "*") != first.end()) return library_.load_all(OnFailure::stop);
    for (const std::string& name : first)
        if (auto loaded = library_.load(name, ""); !loaded) return loaded;
    return {};
}

void RepositoryKeeper::stop() {
    std::deque<Job> left;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        left.swap(jobs_);
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
    for (Job& job : left) job.done(fail(Error::Kind::unavailable, "the server stops"));
}

void RepositoryKeeper::load(std::string name, std::string override_json, Done done) {
    submit([this, name = std::move(name),
            json = std::move(override_json)] { return library_.load(name, json); },
           std::move(done));
}

void RepositoryKeeper::unload(std::string name, Done done) {
    submit([this, name = std::move(name)] { return library_.unload(name); }, std::move(done));
}

void RepositoryKeeper::prefer(std::string name, std::string version, Done done) {
    submit([this, name = std::move(name),
            version = std::move(version)] { return library_.prefer(name, version); },
           std::move(done));
}

void RepositoryKeeper::submit(std::function<Result<void>()> work, Done done) {
    if (options_.control != ModelControl::on_request)
        return done(fail(Error::Kind::unsupported,
                         "models are loaded and unloaded by request only where the server was "
                         "started with --model-control explicit"));
    {
        const std::lock_guard lock(mutex_);
        if (!stopping_ && jobs_.size() < kMostJobs) {
            jobs_.push_back({std::move(work), std::move(done)});
            changed_.notify_one();
            return;
        }
    }
    done(fail(Error::Kind::unavailable, "too many requests to load models are waiting"));
}

void RepositoryKeeper::want(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (wanted_.insert(name).second) changed_.notify_one();
}

TimePoint RepositoryKeeper::next_turn() const {
    return draining_ > 0 ? std::min(next_look_, steady_now() + kDrainTurn) : next_look_;
}

void RepositoryKeeper::run() {
    std::unique_lock lock(mutex_);
    const auto has_work = [this] { return stopping_ || !jobs_.empty() || !wanted_.empty(); };
    while (true) {
        // Some libraries turn the end of time into the past.
        if (const TimePoint turn = next_turn(); turn == TimePoint::max())
            changed_.wait(lock, has_work);
        else
            changed_.wait_until(lock, turn, has_work);
        if (stopping_) return;
        std::deque<Job> jobs;
        std::set<std::string> wanted;
        if (!jobs_.empty()) {
            jobs.push_back(std::move(jobs_.front()));
            jobs_.pop_front();
        }
        wanted.swap(wanted_);
        lock.unlock();
        for (Job& job : jobs) job.done(job.work());
        for (const std::string& name : wanted) library_.bring_back(name);
        if (steady_now() >= next_look_) {
            library_.follow();
            next_look_ = steady_now() + options_.poll_interval;
        }
        draining_ = library_.drop_drained();
        lock.lock();
    }
}

}  // namespace mettle
