#pragma once

#include "mettle/inference/repository_stats.hpp"
#include "mettle/inference/served_model.hpp"

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace mettle {

enum class ModelState { ready, unavailable, loading, unloading };
std::string_view name_of(ModelState state);  // "READY", as V2 says it.

// What became of a version that the server knows.
struct VersionState {
    bool operator==(const VersionState&) const = default;

    std::string version;
    ModelState state = ModelState::unavailable;
    std::string reason;    // Empty where there is nothing to explain.
    bool evicted = false;  // Made room for others; loaded again when somebody asks.
};

// The versions of one name that answer.
struct ServedVersions {
    std::vector<std::shared_ptr<ServedModel>> models;        // Ascending.
    std::map<std::string, std::string, std::less<>> labels;  // "stable" -> "3"
    std::string preferred = {};  // Of who names no version; empty, or not here: the newest.
};

// The models that a server answers for, by name and version. Any thread asks; who uses a model
// holds it meanwhile. Whoever changes what is served keeps the old models until nobody holds them
// any more, so that they end on a thread of its own choice.
class ModelRepository {
public:
    // What `name` stands for from now on, at once. Nothing to answer and no states: forgets it.
    void set(const std::string& name, ServedVersions served, std::vector<VersionState> states);
    // One that nobody will change. Throws StartupError for a version that is there already.
    void add(std::shared_ptr<ServedModel> model);

    // The preferred version, as a rule the newest, when `version` is empty. Null: there is none.
    std::shared_ptr<ServedModel> find(std::string_view name, std::string_view version = {}) const;
    std::shared_ptr<ServedModel> find_labelled(std::string_view name, std::string_view label) const;
    // Why find() gave nothing: `not_found`, or `unavailable` for what may be there later. A model
    // that was evicted is asked for.
    Error missing(std::string_view name, std::string_view version = {}) const;

    std::vector<std::string> versions_of(std::string_view name) const;
    // All of them, by name and ascending version.
    std::vector<std::shared_ptr<ServedModel>> all() const;

    struct IndexEntry {
        std::string name;
        VersionState state;
    };
    std::vector<IndexEntry> index() const;

    // Called by missing(), on its thread, with the name of an evicted model. Set before the server
    // starts; reset while nobody asks.
    void on_wanted(std::function<void(const std::string& name)> wanted) {
        wanted_ = std::move(wanted);
    }

    RepositoryStats& stats() { return stats_; }
    const RepositoryStats& stats() const { return stats_; }

private:
    using Served = std::map<std::string, ServedVersions, std::less<>>;

    // A copy for some of the threads: their lock is theirs alone most of the time, and so is the
    // count of who holds a model, which otherwise all cores would pull at for each request.
    struct alignas(64) Shard {
        mutable std::mutex mutex;
        Served served;
    };
    static constexpr std::size_t kShards = 16;

    const Shard& shard_here() const;
    std::shared_ptr<ServedModel> look_up(std::string_view name, std::string_view version) const;

    std::array<Shard, kShards> shards_;
    mutable std::mutex mutex_;  // Of what follows; never on the way of a request that is answered.
    Served served_;
    std::map<std::string, std::vector<VersionState>, std::less<>> states_;
    std::function<void(const std::string& name)> wanted_;
    RepositoryStats stats_;
};

}  // namespace mettle
