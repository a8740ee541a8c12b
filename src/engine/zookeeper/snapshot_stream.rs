//! Snapshots as files: plain, gzip, or snappy in the frames of snappy-java; the end of a file's name says which.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use flate2::write::GzEncoder;

use super::disk::DiskFile;
use super::snapshot::SnapshotError;
use super::storage_options::Compression;

/// The largest snapshot that is read into memory, compressed or not.
const MAX_SNAPSHOT_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// A shorter file is no snapshot.
const MIN_SNAPSHOT_BYTES: u64 = 10;
/// What ends every plain snapshot: the path `/` of the seal.
const END: [u8; 5] = [0, 0, 0, 1, b'/'];
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// snappy-java's stream: this, its version and the oldest that reads it, then blocks, each after its length.
const SNAPPY_MAGIC: [u8; 8] = *b"\x82SNAPPY\0";
const SNAPPY_VERSION: i32 = 1;
const SNAPPY_BLOCK_BYTES: usize = 32 * 1024;

/// The compression that the name of a snapshot stands for.
pub fn compression_of(path: &Path) -> Compression {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.map(Compression::of).unwrap_or_default()
}

/// Whether a file looks whole from its ends, as one that was cut short mostly does not.
///
/// # Errors
/// The file cannot be read.
pub fn looks_valid(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut starts_with = |magic: &[u8]| {
        let mut start = vec![0; magic.len()];
        file.read_exact(&mut start).is_ok() && start == magic
    };
    Ok(match compression_of(path) {
        Compression::Gzip => starts_with(&GZIP_MAGIC),
        Compression::Snappy => starts_with(&SNAPPY_MAGIC),
        Compression::None if metadata.len() < MIN_SNAPSHOT_BYTES => false,
        Compression::None => {
            let mut end = [0; END.len()];
            file.seek(SeekFrom::End(-5))?;
            file.read_exact(&mut end)?;
            end == END
        }
    })
}

/// The contents of a snapshot's file.
///
/// # Errors
/// The file cannot be read or unpacked, or is too large.
pub fn read(path: &Path) -> Result<Vec<u8>, SnapshotError> {
    let mut file = File::open(path)?;
    let found = file.metadata()?.len();
    if found > MAX_SNAPSHOT_BYTES {
        return Err(SnapshotError::TooLarge { found, expected: MAX_SNAPSHOT_BYTES });
    }
    let mut bytes = Vec::new();
    match compression_of(path) {
        Compression::None => {
            file.take(MAX_SNAPSHOT_BYTES).read_to_end(&mut bytes)?;
        }
        Compression::Gzip => {
            let unpacked = flate2::read::GzDecoder::new(file).take(MAX_SNAPSHOT_BYTES + 1).read_to_end(&mut bytes)?;
            if unpacked as u64 > MAX_SNAPSHOT_BYTES {
                return Err(SnapshotError::TooLarge { found: unpacked as u64, expected: MAX_SNAPSHOT_BYTES });
            }
        }
        Compression::Snappy => {
            let mut packed = Vec::new();
            file.read_to_end(&mut packed)?;
            bytes = unpack_snappy(&packed)?;
        }
    }
    Ok(bytes)
}

/// Packs what is written to it and writes that to a file.
pub struct Packer(Packing);

enum Packing {
    None(Box<dyn DiskFile>),
    Gzip(GzEncoder<Out>),
    Snappy(Snappy),
}

/// A file as compressors write to it.
struct Out(Box<dyn DiskFile>);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Snappy {
    file: Box<dyn DiskFile>,
    is_begun: bool,
    block: Vec<u8>,
}

impl Snappy {
    fn write_block(&mut self, block: &[u8]) -> io::Result<()> {
        let mut packed = Vec::new();
        if !std::mem::replace(&mut self.is_begun, true) {
            let version = SNAPPY_VERSION.to_be_bytes();
            packed = [&SNAPPY_MAGIC[..], &version, &version].concat();
        }
        let block = snap::raw::Encoder::new().compress_vec(block).map_err(io::Error::other)?;
        packed.extend_from_slice(&i32::try_from(block.len()).map_err(io::Error::other)?.to_be_bytes());
        packed.extend_from_slice(&block);
        self.file.write_all(&packed)
    }
}

impl Packer {
    /// A packer in front of an empty file.
    pub fn new(file: Box<dyn DiskFile>, compression: Compression) -> Self {
        Self(match compression {
            Compression::None => Packing::None(file),
            Compression::Gzip => Packing::Gzip(GzEncoder::new(Out(file), flate2::Compression::default())),
            Compression::Snappy => Packing::Snappy(Snappy { file, is_begun: false, block: Vec::new() }),
        })
    }

    /// Writes what is left and gives the file back.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn finish(self) -> io::Result<Box<dyn DiskFile>> {
        match self.0 {
            Packing::None(file) => Ok(file),
            Packing::Gzip(encoder) => Ok(encoder.finish()?.0),
            Packing::Snappy(mut snappy) => {
                let block = std::mem::take(&mut snappy.block);
                if !block.is_empty() {
                    snappy.write_block(&block)?;
                }
                Ok(snappy.file)
            }
        }
    }
}

impl Write for Packer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Packing::None(file) => file.write_all(bytes)?,
            Packing::Gzip(encoder) => encoder.write_all(bytes)?,
            Packing::Snappy(snappy) => {
                snappy.block.extend_from_slice(bytes);
                let block = std::mem::take(&mut snappy.block);
                let whole = block.len() - block.len() % SNAPPY_BLOCK_BYTES;
                for block in block[..whole].chunks(SNAPPY_BLOCK_BYTES) {
                    snappy.write_block(block)?;
                }
                snappy.block = block[whole..].to_vec();
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn unpack_snappy(packed: &[u8]) -> Result<Vec<u8>, SnapshotError> {
    let damaged = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let mut rest = packed.strip_prefix(&SNAPPY_MAGIC).and_then(|rest| rest.get(8..)).ok_or_else(damaged)?;
    let mut bytes = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(i32::from_be_bytes(*length)).map_err(io::Error::other)?;
        let block = after.get(..length).ok_or_else(damaged)?;
        // snappy-java cuts what is written into blocks, of whichever size it was set to
        let found = bytes.len() as u64 + snap::raw::decompress_len(block).map_err(io::Error::other)? as u64;
        if found > MAX_SNAPSHOT_BYTES {
            return Err(SnapshotError::TooLarge { found, expected: MAX_SNAPSHOT_BYTES });
        }
        bytes.extend_from_slice(&snap::raw::Decoder::new().decompress_vec(block).map_err(io::Error::other)?);
        rest = &after[length..];
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::zookeeper::disk::{Disk as _, SystemDisk};

    #[test]
    fn what_is_packed_is_unpacked_and_damage_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let bytes: Vec<u8> = (0..100_000_u32).flat_map(|number| (number / 7).to_be_bytes()).collect();
        for compression in [Compression::None, Compression::Gzip, Compression::Snappy] {
            let path = folder.path().join(format!("snapshot.5{}", compression.extension()));
            let mut packer = Packer::new(SystemDisk.create(&path).expect("a file"), compression);
            bytes.chunks(70_000).for_each(|part| packer.write_all(part).expect("written"));
            packer.finish().expect("written");
            let packed = std::fs::read(&path).expect("readable");
            assert_eq!(compression_of(&path), compression);
            assert_eq!(read(&path).expect("a snapshot"), bytes);
            assert_eq!(looks_valid(&path).expect("a file"), compression != Compression::None, "no seal");
            std::fs::write(&path, &packed[..packed.len() - 3]).expect("written");
            assert!(compression == Compression::None || read(&path).is_err(), "{compression:?} cut short");
            std::fs::write(&path, &packed[1..]).expect("written");
            assert!(!looks_valid(&path).expect("a file"), "{compression:?} without its first byte");
        }
    }

    #[test]
    fn a_block_that_claims_to_be_huge_takes_no_memory() {
        let mut packed = [&SNAPPY_MAGIC[..], &[0; 8]].concat();
        packed.extend_from_slice(&[0, 0, 0, 6, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]);
        assert!(unpack_snappy(&packed).is_err());
    }
}
