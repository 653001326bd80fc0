#pragma once

#include "mettle/inference/model_loading.hpp"
#include "mettle/inference/repository.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mettle {

// What is on disk, what of it is wanted, and what is loaded: brings the three together, and puts
// the outcome into the repository. A version is loaded and warmed up while the one before it
// answers; it takes its place at once, and the old one is kept until nobody uses it any more. What
// fails leaves what was there, and says why in the index.
//
// One thread at a time; everything blocks for as long as loading takes.
class ModelLibrary {
public:
    struct Options {
        std::vector<std::filesystem::path> sources;  // As find_models() takes them.
        std::string name;
        bool may_be_empty = false;  // Models of a repository may come later.
        std::optional<std::uint64_t> memory_budget;
    };

    // Keeps references to both.
    ModelLibrary(Options options, ModelFactory& factory, ModelRepository& repository);
    ~ModelLibrary();

    // Looks at the sources. Fails where one is no source of models at all, or a name stands twice.
    Result<void> look();
    // Loads all that is there. Fails with the first that can't be loaded, at once or after the
    // rest.
    enum class OnFailure { stop, go_on };
    Result<void> load_all(OnFailure on_failure);
    // Whether loads are logged: at the start somebody else says what there is.
    void be_quiet(bool quiet) { quiet_ = quiet; }
    // Loads what is new and what has changed, drops what has gone, once two looks in a row have
    // seen the same: half of a file is not loaded, and a file that is just being replaced has not
    // gone.
    void follow();
    // Loads a model, again where its files or config have changed. `override_json` takes the place
    // of the config on disk until it is loaded without.
    Result<void> load(const std::string& name, const std::string& override_json);
    Result<void> unload(const std::string& name);
    // Who names no version gets this one, one that is served, until the model is unloaded.
    Result<void> prefer(const std::string& name, const std::string& version);
    // Loads what had made room for others.
    void bring_back(const std::string& name);

    // Ends old versions that nobody uses any more; how many are still used.
    std::size_t drop_drained();

    std::uint64_t bytes_of(const std::string& name) const;
    std::vector<std::string> names() const;

private:
    struct Version {
        ModelFile file;
        std::uint64_t seen = 0;     // Stamps: at the last look,
        std::uint64_t settled = 0;  // when it was last loaded, or tried,
        std::uint64_t loaded = 0;   // and of the model that is served.
        int looks_gone = 0;
        std::shared_ptr<ServedModel> model;
        std::uint64_t bytes = 0;
        bool took_zeros = false;
        bool loading = false;
        std::string reason;
    };
    struct Shelf {
        std::map<long, Version> versions;
        std::string override_json;
        std::string config_reason;
        std::map<std::string, std::string, std::less<>> labels;
        std::string preferred;  // Version; empty: the newest.
        bool wanted = false;
        bool evicted = false;
    };
    struct Retired {
        std::shared_ptr<ServedModel> model;
        std::string name, version;
    };

    void put_on_shelves(const std::vector<ModelFile>& files);
    bool has_settled(Shelf& shelf);
    Result<void> apply(const std::string& name, Shelf& shelf, bool again);
    Result<void> load_chosen(const std::string& name, Shelf& shelf, const ModelConfig& config,
                             const Mistakes& mistakes, bool again);
    Result<LoadedVersion> load_within_budget(const std::string& name, const Shelf& shelf,
                                             const Version& version, const ModelConfig& config,
                                             Mistakes& mistakes);
    Result<void> load_one(const std::string& name, Shelf& shelf, Version& version,
                          const ModelConfig& config, Mistakes& mistakes);
    Result<void> make_room(const std::string& name, std::uint64_t bytes_on_top);
    bool fits(const Shelf& shelf) const;
    void evict(const std::string& name, Shelf& shelf);
    void retire(const std::string& name, Version& version);
    void publish(const std::string& name, const Shelf& shelf);
    void remove_gone(const std::string& name, Shelf& shelf);
    void note_failure(const std::string& message);

    Options options_;
    ModelFactory& factory_;
    ModelRepository& repository_;
    std::map<std::string, Shelf> shelves_;
    std::vector<Retired> retired_;
    bool quiet_ = false;
    RepositoryStats& stats_;  // The repository's.
};

}  // namespace mettle
